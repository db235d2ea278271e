import ShortlistTesting

let goldens = Goldens(at: "Goldens")
