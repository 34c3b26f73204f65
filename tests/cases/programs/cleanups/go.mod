module gotopsy.tests/cleanups

go 1.24
