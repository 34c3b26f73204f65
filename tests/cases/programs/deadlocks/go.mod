module gotopsy.tests/deadlocks

go 1.19
