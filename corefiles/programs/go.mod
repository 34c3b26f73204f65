module gotopsy.programs

go 1.19
