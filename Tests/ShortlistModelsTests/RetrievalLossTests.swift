import Foundation
import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import Testing

@Suite("The retrieval loss")
struct RetrievalLossTests {
  @Test(
    "Loss and gradients equal the definition, example by example", arguments: RetrievalTrial.all)
  func equalsDefinition(trial: RetrievalTrial) throws {
    let queries = try #require(trial.parameters["queries"])
    let candidates = try #require(trial.parameters["candidates"])
    let expected = RetrievalReference(
      trial.task, trial.batch, queries: queries, candidates: candidates)
    let pass = Pass(over: trial.parameters, training: true)
    let loss = trial.loss(in: pass)
    let value = Double(loss.value[0, 0])
    #expect(
      abs(value - expected.loss) <= 2e-5 * max(1, abs(expected.loss)),
      "\(value), by the definition \(expected.loss)")
    let gradients = pass.gradients(of: loss)
    for (name, reference) in [
      ("queries", expected.queryGradient), ("candidates", expected.candidateGradient),
    ] {
      let like = try #require(trial.parameters[name])
      let own = try #require(gradients[name]).dense(like: like)
      let matrix = Matrix(
        rows: like.rows, columns: like.columns, values: reference.joined().map { Float($0) })
      // Where all is one candidate the gradient is zero but for rounding.
      let size = matrix.relativeDifference(from: Matrix(rows: like.rows, columns: like.columns))
      let difference = own.relativeDifference(from: matrix)
      #expect(difference < 1e-4 || size < 1, "the gradient of \(name) differs by \(difference)")
    }
  }

  @Test("Gradients agree with finite differences", arguments: RetrievalTrial.all.prefix(20))
  func finiteDifferences(trial: RetrievalTrial) {
    let smooth = trial.withoutKinks
    let report = GradientCheck(elements: 6).check(smooth.parameters) { smooth.loss(in: $0) }
    #expect(report.worstError < 5e-3, "\(report)")
  }

  @Test("A loss without gradients is the same loss", arguments: RetrievalTrial.all)
  func withoutGradients(trial: RetrievalTrial) {
    let training = trial.loss(in: Pass(over: trial.parameters, training: true)).value[0, 0]
    #expect(trial.loss(in: Pass(over: trial.parameters)).value[0, 0] == training)
  }

  @Test("Bits do not depend on the number of threads", arguments: RetrievalTrial.all)
  func threads(trial: RetrievalTrial) throws {
    func run(_ threads: Int) -> (Float, [Matrix]) {
      Parallel.$threads.withValue(threads) {
        let pass = Pass(over: trial.parameters, training: true)
        let loss = trial.loss(in: pass)
        let gradients = pass.gradients(of: loss)
        return (
          loss.value[0, 0],
          trial.parameters.names.compactMap { name in
            trial.parameters[name].flatMap { gradients[name]?.dense(like: $0) }
          }
        )
      }
    }
    let one = run(1)
    #expect(one.1.count == 2)
    for threads in [2, 3, 8] {
      let many = run(threads)
      #expect(many.0 == one.0, "\(threads) threads")
      #expect(many.1 == one.1, "\(threads) threads")
    }
  }

  @Test("LogQ lowers the logits of popular items in training, and raises those of rare ones")
  func logQSign() {
    // One query, its candidate (row 0), and two negatives of one score: a popular and a rare one.
    var batch = RetrievalBatch(queries: [0], candidates: [0])
    batch.extraNegatives = [1, 2]
    batch.samplingProbabilities = [0.1, 0.5, 0.001]
    let parameters = Parameters([
      "queries": Matrix(rows: 1, columns: 1, values: [1]),
      "candidates": Matrix(rows: 3, columns: 1, values: [0, 0, 0]),
    ])
    func pushes(_ task: Retrieval) -> [Float] {
      let pass = Pass(over: parameters, training: true)
      let loss = task.loss(
        queries: pass.parameter("queries"), candidates: pass.parameter("candidates"), batch: batch,
        in: pass
      ).loss
      let gradient = pass.gradients(of: loss)["candidates"]?.dense(
        like: Matrix(rows: 3, columns: 1))
      return (0..<3).map { gradient?[$0, 0] ?? .nan }
    }
    // Softmax weights are 1/q: 10, 2 and 1000 of 1012. A popular negative is drawn often, so each draw
    // of it pushes less.
    let pushed = pushes(Retrieval())
    #expect(abs(pushed[1] - 2.0 / 1012) < 1e-6, "\(pushed)")
    #expect(abs(pushed[2] - 1000.0 / 1012) < 1e-6, "\(pushed)")
    batch.samplingProbabilities = nil
    let plain = pushes(.tutorial)
    #expect(abs(plain[1] - 1.0 / 3) < 1e-6 && abs(plain[2] - 1.0 / 3) < 1e-6, "\(plain)")
  }

  @Test("Batch metrics count columns that score as high, copies of the own candidate apart")
  func betterInBatch() {
    var batch = RetrievalBatch(queries: [0, 0, 0, 0], candidates: [0, 1, 2, 2])
    let task = Retrieval(
      correctingSampling: false, removingAccidentalHits: false, batchMetrics: [1])
    let pass = Pass(over: Parameters())
    func better() -> [Int32] {
      task.loss(
        queries: Variable(constant: Matrix(rows: 1, columns: 1, values: [1])),
        candidates: Variable(constant: Matrix(rows: 3, columns: 1, values: [5, 3, 3])),
        batch: batch, in: pass
      ).betterInBatch
    }
    #expect(better() == [0, 3, 2, 2])
    batch.candidates = [2, 2, 2, 2]
    #expect(better() == [0, 0, 0, 0])
  }

  @Test("Options that make no sense are refused when decoded")
  func invalidOptions() throws {
    for text in [
      #"{"temperature": 0}"#, #"{"temperature": -1}"#, #"{"hard_negatives": 0}"#,
      #"{"extra_negatives": -1}"#, #"{"query_vectors": 0}"#, #"{"query_vectors": 256}"#,
      #"{"batch_metrics": [0]}"#, #"{"temprature": 1}"#,
    ] {
      #expect(throws: DecodingError.self, "\(text)") {
        try JSONDecoder().decode(Retrieval.self, from: Data(text.utf8))
      }
    }
    let task = Retrieval(temperature: 0.5, hardNegatives: 3, queryVectors: 2, batchMetrics: [1])
    #expect(try JSONDecoder().decode(Retrieval.self, from: JSONEncoder().encode(task)) == task)
  }
}
