module gotopsy.tests/foreign

go 1.19
