module gotopsy.tests/wide

go 1.19
