@_exported public import ShortlistArtifacts
@_exported public import ShortlistData
@_exported public import ShortlistIndex
@_exported public import ShortlistModels
@_exported public import ShortlistTensors
@_exported public import ShortlistTraining
