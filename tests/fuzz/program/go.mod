module gotopsy.fuzz

go 1.19
