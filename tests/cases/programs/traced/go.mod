module gotopsy.tests/traced

go 1.19
