module gotopsy.tests/crashes

go 1.19
