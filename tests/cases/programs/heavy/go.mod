module gotopsy.tests/heavy

go 1.19
