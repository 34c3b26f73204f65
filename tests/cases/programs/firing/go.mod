module gotopsy.tests/firing

go 1.19
