module gotopsy/tests

go 1.22
