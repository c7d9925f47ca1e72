import Foundation

/// The benchmarks behind `deploy/bench`, which builds the peers first.
///
///     Benchmarks codec --peers FOLDER [--pairs N] [--seconds S] [--json] [--check]
@main
enum Main {
    static func main() {
        do {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            let report: Report
            switch arguments.name {
            case "codec": report = try CodecBenchmark(arguments).run()
            default: throw Arguments.Problem("there is no benchmark '\(arguments.name)': try codec")
            }
            print(arguments.isJSON ? report.json : report.table)
            if arguments.isCheck && !report.isMet { exit(1) }
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(2)
        }
    }
}

/// What the command line asks for.
struct Arguments {
    /// Which benchmark.
    var name = ""
    /// Where the peers' programs are.
    var peers = URL(fileURLWithPath: ".")
    /// How many times ours and theirs are measured in turn; ratios are medians.
    var pairs = 5
    /// How long each operation is repeated in each turn.
    var seconds = 0.3
    var isJSON = false
    var isCheck = false

    /// A command line that makes no sense.
    struct Problem: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    init(_ arguments: [String]) throws(Problem) {
        var rest = arguments[...]
        func value(_ name: String) throws(Problem) -> String {
            guard let value = rest.popFirst() else { throw Problem("\(name) needs a value") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--peers": peers = URL(fileURLWithPath: try value(argument))
            case "--pairs": pairs = try Self.number(value(argument), in: 1...100)
            case "--seconds":
                seconds = Double(try Self.number(value(argument), in: 1...60))
            case "--json": isJSON = true
            case "--check": isCheck = true
            case _ where name.isEmpty && !argument.hasPrefix("-"): name = argument
            default: throw Problem("unknown argument '\(argument)'")
            }
        }
        if name.isEmpty { throw Problem("name a benchmark: codec") }
    }

    private static func number(_ text: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Problem("'\(text)' is not a number in \(range)")
        }
        return number
    }
}
