import Foundation

/// Recurrent networks. Source: ONNX RNN, GRU and LSTM.
extension Evaluation {
  static let recurring: [String: Function] = [
    "RNN": { node throws(NetworkError) in try Recurrence(node, gates: 1).run() },
    "GRU": { node throws(NetworkError) in try Recurrence(node, gates: 3).run() },
    "LSTM": { node throws(NetworkError) in try Recurrence(node, gates: 4).run() },
  ]

  static let recurringShapes: [String: ShapeRule] = [
    "RNN": { node throws(NetworkError) in try Recurrence.shapes(node, gates: 1) },
    "GRU": { node throws(NetworkError) in try Recurrence.shapes(node, gates: 3) },
    "LSTM": { node throws(NetworkError) in try Recurrence.shapes(node, gates: 4) },
  ]
}

/// One recurrent node: its sizes, parameters and the functions of its gates.
private struct Recurrence {
  let node: EvaluatedNode
  let gates: Int
  let (times, batch, inputs, hidden, directions): (Int, Int, Int, Int, Int)
  let isBatchFirst: Bool
  let element: Tensor.Element
  private let x: [Double]
  private let weights: [Double]
  private let recurrence: [Double]
  private let bias: [Double]
  private let lengths: [Int]
  private let peepholes: [Double]?
  private let functions: [(Double) -> Double]
  private let clip: Double

  static func shapes(_ node: EvaluatedNode, gates: Int) throws(NetworkError) -> [[Int]] {
    let (x, w, r) = (try node.shape(0), try node.shape(1), try node.shape(2))
    guard x.count == 3, w.count == 3, r.count == 3, w[0] == 1 || w[0] == 2, w[0] == r[0], w[2] == x[2],
      r[1] == gates * r[2], w[1] == r[1]
    else { throw node.invalid("weights \(w) and \(r) do not fit \(x)") }
    let isBatchFirst = node.operation.flag("layout")
    let (times, batch) = isBatchFirst ? (x[1], x[0]) : (x[0], x[1])
    let last = isBatchFirst ? [batch, w[0], r[2]] : [w[0], batch, r[2]]
    return [isBatchFirst ? [batch, times, w[0], r[2]] : [times, w[0], batch, r[2]], last, last]
  }

  init(_ node: EvaluatedNode, gates: Int) throws(NetworkError) {
    _ = try Self.shapes(node, gates: gates)
    let (input, w, operation) = (try node.input(0), try node.shape(1), node.operation)
    self.node = node
    self.gates = gates
    isBatchFirst = operation.flag("layout")
    (directions, hidden, inputs) = (w[0], w[1] / gates, w[2])
    (times, batch) = isBatchFirst ? (input.shape[1], input.shape[0]) : (input.shape[0], input.shape[1])
    element = input.element
    x = input.doubles
    weights = try node.input(1).doubles
    recurrence = try node.input(2).doubles
    bias = node.optional(3)?.doubles ?? [Double](repeating: 0, count: directions * 2 * gates * hidden)
    lengths = node.isPresent(4) ? try node.integers(4) : [Int](repeating: times, count: batch)
    peepholes = gates == 4 ? node.optional(7)?.doubles : nil
    clip = operation.float("clip").map(Double.init) ?? .infinity
    let each = [1: ["Tanh"], 3: ["Sigmoid", "Tanh"], 4: ["Sigmoid", "Tanh", "Tanh"]][gates] ?? []
    let names = operation.texts("activations") ?? (0..<directions).flatMap { _ in each }
    var functions: [(Double) -> Double] = []
    for name in names {
      guard let function = Self.function(name) else { throw node.invalid("activation \(name) is not there") }
      functions.append(function)
    }
    self.functions = functions
    let (directions, hidden, times, batch) = (directions, hidden, times, batch)
    guard names.count == each.count * directions, bias.count == directions * 2 * gates * hidden,
      lengths.count == batch, lengths.allSatisfy({ $0 >= 0 && $0 <= times }),
      peepholes.map({ $0.count == 3 * hidden * directions }) ?? true
    else { throw node.invalid("its parameters do not fit \(hidden) hidden units") }
  }

  private static func function(_ name: String) -> ((Double) -> Double)? {
    switch name.lowercased() {
    case "sigmoid": { 1 / (1 + exp(-$0)) }
    case "tanh": { tanh($0) }
    case "relu": { max($0, 0) }
    case "softsign": { $0 / (1 + abs($0)) }
    case "softplus": { max($0, 0) + log1p(exp(-abs($0))) }
    default: nil
    }
  }

  /// The state before the first step of one direction and image.
  private func initial(_ index: Int, _ direction: Int, _ image: Int) throws(NetworkError) -> [Double] {
    guard let state = node.optional(index) else { return [Double](repeating: 0, count: hidden) }
    guard state.count == directions * batch * hidden else {
      throw node.invalid("an initial state of shape \(state.shape) does not fit")
    }
    let row = isBatchFirst ? image * directions + direction : direction * batch + image
    return Array(state.doubles[row * hidden..<(row + 1) * hidden])
  }

  func run() throws(NetworkError) -> [Tensor] {
    let shapes = try node.shapes()
    let isReversed = node.operation.text("direction") == "reverse"
    var all = [Double](repeating: 0, count: shapes[0].reduce(1, *))
    var last = [Double](repeating: 0, count: shapes[1].reduce(1, *))
    var lastCells = last
    for direction in 0..<directions {
      for image in 0..<batch {
        var state = try initial(5, direction, image)
        var cell = gates == 4 ? try initial(6, direction, image) : state
        for step in 0..<lengths[image] {
          let time = isReversed || direction == 1 ? lengths[image] - 1 - step : step
          let row = isBatchFirst ? image * times + time : time * batch + image
          (state, cell) = advance(direction, row * inputs, state, cell)
          let place =
            isBatchFirst
            ? (image * times + time) * directions + direction
            : (time * directions + direction) * batch + image
          all.replaceSubrange(place * hidden..<(place + 1) * hidden, with: state)
        }
        let place = isBatchFirst ? image * directions + direction : direction * batch + image
        last.replaceSubrange(place * hidden..<(place + 1) * hidden, with: state)
        lastCells.replaceSubrange(place * hidden..<(place + 1) * hidden, with: cell)
      }
    }
    return [
      Tensor(shape: shapes[0], element: element, rounding: all),
      Tensor(shape: shapes[1], element: element, rounding: last),
      Tensor(shape: shapes[1], element: element, rounding: lastCells),
    ]
  }

  /// What a gate's unit gets from the input and from the state, each with its bias.
  private func sums(
    _ direction: Int, _ gate: Int, _ unit: Int, _ start: Int, _ state: [Double]
  ) -> (input: Double, state: Double) {
    let row = (direction * gates + gate) * hidden + unit
    let base = direction * 2 * gates * hidden + gate * hidden + unit
    var (input, own) = (bias[base], bias[base + gates * hidden])
    for index in 0..<inputs { input += x[start + index] * weights[row * inputs + index] }
    for index in 0..<hidden { own += state[index] * recurrence[row * hidden + index] }
    return (input, own)
  }

  private func advance(
    _ direction: Int, _ start: Int, _ state: [Double], _ cell: [Double]
  ) -> (state: [Double], cell: [Double]) {
    let each = gates == 1 ? 1 : gates == 3 ? 2 : 3
    let function = Array(functions[direction * each..<(direction + 1) * each])
    func gate(_ gate: Int, _ unit: Int, _ state: [Double], _ extra: Double = 0) -> Double {
      let parts = sums(direction, gate, unit, start, state)
      return bounded(parts.input + parts.state + extra)
    }
    func peephole(_ index: Int, _ unit: Int, _ cell: Double) -> Double {
      peepholes.map { $0[(direction * 3 + index) * hidden + unit] * cell } ?? 0
    }
    switch gates {
    case 1: return ((0..<hidden).map { function[0](gate(0, $0, state)) }, cell)
    case 3:
      let resets = (0..<hidden).map { function[0](gate(1, $0, state)) }
      let isLate = node.operation.flag("linear_before_reset")
      let reset = zip(resets, state).map { $0 * $1 }
      let next = (0..<hidden).map { unit -> Double in
        let update = function[0](gate(0, unit, state))
        let parts = sums(direction, 2, unit, start, isLate ? state : reset)
        let candidate = function[1](bounded(parts.input + (isLate ? resets[unit] : 1) * parts.state))
        return (1 - update) * candidate + update * state[unit]
      }
      return (next, next)
    default:
      let isCoupled = node.operation.flag("input_forget")
      var (next, cells) = (state, cell)
      for unit in 0..<hidden {
        let enter = function[0](gate(0, unit, state, peephole(0, unit, cell[unit])))
        let forget = isCoupled ? 1 - enter : function[0](gate(2, unit, state, peephole(2, unit, cell[unit])))
        cells[unit] = forget * cell[unit] + enter * function[1](gate(3, unit, state))
        let leave = function[0](gate(1, unit, state, peephole(1, unit, cells[unit])))
        next[unit] = leave * function[2](cells[unit])
      }
      return (next, cells)
    }
  }

  private func bounded(_ value: Double) -> Double { min(max(value, -clip), clip) }
}
