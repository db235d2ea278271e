/// Index stub
