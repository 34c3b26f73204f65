module gotopsy.tests/spinning

go 1.18
