module gotopsy.tests/resting

go 1.19
