/// Models
