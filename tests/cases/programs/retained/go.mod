module gotopsy.tests/retained

go 1.18
