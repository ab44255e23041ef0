/// The functions of an object file, as llvm-objdump prints them.
struct Disassembly {
  struct Instruction {
    var address: Int
    var mnemonic: Substring
    var operands: Substring
  }

  struct Function {
    var name: Substring
    var instructions: [Instruction] = []
  }

  private(set) var functions: [Function] = []
  let text: String

  init(object: String) throws {
    text = try Toolchain.run(Toolchain.disassembler, ["-d", "--no-show-raw-insn", object])
    for line in text.split(separator: "\n") {
      if line.hasSuffix(">:"), let open = line.firstIndex(of: "<") {
        functions.append(Function(name: line[line.index(after: open)...].dropLast(2)))
        continue
      }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: true)
      guard fields.count >= 2, !functions.isEmpty,
        let colon = fields[0].firstIndex(of: ":"),
        let address = Int(fields[0][..<colon].drop { $0 == " " }, radix: 16)
      else { continue }
      // An encoding in braces stands before the mnemonic.
      let words = fields[1...].filter { !$0.hasPrefix("{vex}") }
      guard let mnemonic = words.first else { continue }
      let operands = (words.dropFirst().first ?? "").prefix { $0 != "#" || !mnemonic.hasPrefix("v") }
      functions[functions.count - 1].instructions.append(
        Instruction(address: address, mnemonic: mnemonic, operands: operands))
    }
  }
}

extension Disassembly.Instruction {
  var isDotProduct: Bool {
    ["dpbusd", "dpwssd", "pmaddwd", "sdot", "usdot", "sudot"].contains { mnemonic.contains($0) }
  }

  /// Where a jump leads.
  var target: Int? {
    guard
      mnemonic.hasPrefix("j") || mnemonic.hasPrefix("b") || mnemonic.hasPrefix("cb")
        || mnemonic.hasPrefix("tb"),
      let word = operands.split(whereSeparator: { $0 == " " || $0 == "," }).last(where: { $0.hasPrefix("0x") }
      )
    else { return nil }
    return Int(word.dropFirst(2), radix: 16)
  }

  var hasVectorRegister: Bool {
    if operands.contains("%xmm") || operands.contains("%ymm") || operands.contains("%zmm") { return true }
    guard mnemonic.hasPrefix("ld") || mnemonic.hasPrefix("st"), let first = operands.first else {
      return false
    }
    return first == "q" || first == "d" || first == "{"
  }

  /// Whether memory of the function's own frame is an operand.
  func usesStack(framePointer: Bool) -> Bool {
    operands.contains("(%rsp") || operands.contains("[sp")
      || framePointer && (operands.contains("(%rbp") || operands.contains("[x29"))
  }

  var isStore: Bool {
    mnemonic.hasPrefix("st")
      || mnemonic.hasPrefix("v") && operands.drop { $0 == " " }.reversed().first { $0 != " " } == ")"
  }
}

extension Disassembly.Function {
  /// The instructions of every loop that holds a dot product and no smaller loop that does.
  var innermostDotProductLoops: [ArraySlice<Disassembly.Instruction>] {
    var ends: [Int: Int] = [:]
    for instruction in instructions {
      if let start = instruction.target, start <= instruction.address, start >= instructions[0].address {
        ends[start] = max(ends[start] ?? 0, instruction.address)
      }
    }
    let loops = ends.filter { start, end in
      instructions.contains { $0.isDotProduct && $0.address >= start && $0.address <= end }
    }
    let innermost = loops.filter { start, end in
      !loops.contains { ($0.key, $0.value) != (start, end) && $0.key >= start && $0.value <= end }
    }
    return innermost.sorted { $0.key < $1.key }.compactMap { start, end in
      guard let first = instructions.firstIndex(where: { $0.address == start }),
        let last = instructions.firstIndex(where: { $0.address == end })
      else { return nil }
      return instructions[first...last]
    }
  }

  private var hasFramePointer: Bool {
    instructions.prefix(12).contains {
      $0.mnemonic.hasPrefix("mov") && ($0.operands == "%rsp, %rbp" || $0.operands == "x29, sp")
        || $0.mnemonic == "add" && $0.operands.hasPrefix("x29, sp")
    }
  }

  /// Vector registers that an inner loop keeps in memory for want of a register. Depthwise kernels may have
  /// tables of weights in their frame, which they load: only a store is a spill there.
  var spills: [String] {
    let framePointer = hasFramePointer
    return innermostDotProductLoops.flatMap { loop in
      loop.filter { $0.hasVectorRegister && $0.usesStack(framePointer: framePointer) }
        .filter { $0.isStore || name.contains("tile_") }
        .map { "\(name): \($0.mnemonic) \($0.operands)" }
    }
  }
}
