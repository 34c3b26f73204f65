module gotopsy.tests/outside

go 1.19
