module gotopsy.tests/family

go 1.19
