module gotopsy.tests/stuck

go 1.19
