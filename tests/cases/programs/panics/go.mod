module gotopsy.tests/panics

go 1.19
