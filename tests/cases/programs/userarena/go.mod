module gotopsy.tests/userarena

go 1.20
