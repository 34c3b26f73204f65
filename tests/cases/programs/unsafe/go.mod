module gotopsy.tests/unsafe

go 1.20
