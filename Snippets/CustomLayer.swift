// A layer of one's own: ordinary Swift over the operations of a pass.
import Shortlist

/// x + relu(x W): what the layer learns is a correction of its input.
struct Residual: Layer {
  static let typeName = "example.residual"

  func parameters(for input: Int) -> [ParameterSpecification] {
    [ParameterSpecification("kernel", rows: input, columns: input, initializer: .glorotUniform)]
  }

  func forward(_ input: Variable, in pass: Pass) -> Variable {
    pass.add(input, pass.dense(input, kernel: "kernel", bias: nil, activation: .relu))
  }
}

// Made-up data: cat people visit cat pages, dog people visit dog pages.
let pages = ["cat food", "cat toys", "dog food", "dog toys"]
let people = ["ada", "bob", "eve", "joe"]
let visits = try Dataset([
  ("user_id", .strings(StringColumn((0..<16).map { people[$0 % 4] }))),
  ("page", .strings(StringColumn((0..<16).map { pages[$0 % 2 * 2 + $0 / 8] }))),
])
let page: Feature<String> = "page"

var model = TwoTowerModel(
  query: Tower {
    Embedding(of: .userID, in: Vocabulary(people), dimensions: 8)
  } layers: {
    Residual()
    L2Normalize()
  },
  candidate: Tower {
    Embedding(of: page, in: Vocabulary(pages), dimensions: 8)
  } layers: {
    L2Normalize()
  },
  task: Retrieval(temperature: 0.1), seed: 1)

let history = try Trainer(optimizer: .adagrad(learningRate: 0.1)).fit(
  &model, to: visits.batched(16), epochs: 50)
print(history.epochs.map(\.loss).enumerated().filter { $0.offset % 10 == 9 }.map(\.element))
print(model.parameters.names)
