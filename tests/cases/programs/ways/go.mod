module gotopsy.tests/ways

go 1.19
