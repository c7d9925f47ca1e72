import Foundation

/// The benchmarks behind `deploy/bench`, which builds the peers first.
///
///     Benchmarks NAME --peers FOLDER [--server PROGRAM] [--pairs N] [--seconds S] [--requests N]
///                [--connections N] [--reference FOLDER] [--file FILE] [--order N] [--floods]
///                [--json] [--check]
@main
enum Main {
    static func main() async {
        do {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            let report: Report? =
                switch arguments.benchmark {
                case .codec: try CodecBenchmark(arguments).run()
                case .http2: try HTTP2Benchmark(arguments).run()
                case .http2Soak: try HTTP2Soak(arguments).run()
                case .rpc: try RPCBenchmark(arguments).run()
                case .rpcSoak: try RPCSoak(arguments).run()
                case .gateway: try GatewayBenchmark(arguments).run()
                case .postgres: try PostgresBenchmark(arguments).run()
                case .ingest: try IngestBenchmark(arguments).run()
                case .faults: try FaultsBenchmark(arguments).run()
                case .numerics: try await NumericsBenchmark(arguments).run()
                case .mmm: try await MixBenchmark(arguments).run()
                case .attribution: try await AttributionBenchmark(arguments).run()
                case .journeys: try JourneysBenchmark(arguments).run()
                case .attributionRun: nil
                }
            guard let report else {
                let run = AttributionRun(file: arguments.file, order: arguments.order)
                return print(try run.lines())
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
    /// The benchmarks by the names that the command line has for them.
    enum Benchmark: String, CaseIterable {
        case codec
        case http2
        case http2Soak = "http2-soak"
        case rpc
        case rpcSoak = "rpc-soak"
        case gateway
        case postgres
        case ingest
        case faults
        case numerics
        case mmm
        case attribution
        case journeys
        /// What `attribution` has beside its peers: it prints no report.
        case attributionRun = "attribution-run"

        /// The options that it takes beside those of all benchmarks.
        var options: Set<String> {
            switch self {
            case .codec, .postgres: ["--pairs", "--seconds"]
            case .ingest, .attribution, .journeys: ["--pairs"]
            case .attributionRun: ["--file", "--order"]
            case .faults: ["--server", "--pairs", "--floods"]
            case .http2, .rpc, .gateway: ["--server", "--pairs", "--seconds"]
            case .http2Soak: ["--server", "--requests", "--connections"]
            case .rpcSoak: ["--server", "--requests"]
            case .numerics, .mmm: ["--reference", "--pairs", "--seconds"]
            }
        }
    }

    let benchmark: Benchmark
    /// Where the peers' programs and files are.
    var peers = URL(fileURLWithPath: ".")
    /// Our server; our client is beside it.
    ///
    /// Of gateways it is the folder of our programs.
    var server = URL(fileURLWithPath: "echo-server")
    /// The folder of reference data.
    var reference = URL(fileURLWithPath: ".")
    /// The journeys of one run.
    var file = URL(fileURLWithPath: ".")
    /// The order of its chain.
    var order = 1
    /// How many times ours and theirs are measured in turn; ratios are medians.
    var pairs = 5
    /// How long each operation is repeated in each turn, if it is said.
    var seconds: Double?
    /// How many requests a soak sends.
    var requests = 10_000_000
    /// How many connections a soak opens and closes.
    var connections = 100_000
    /// Whether of faults only the floods are caused.
    var isFloodsAlone = false
    var isJSON = false
    var isCheck = false

    /// A command line that makes no sense.
    struct Problem: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    init(_ arguments: [String]) throws(Problem) {
        let names = Benchmark.allCases.map(\.rawValue).joined(separator: ", ")
        guard let name = arguments.first, !name.hasPrefix("-") else {
            throw Problem("name a benchmark: \(names)")
        }
        guard let benchmark = Benchmark(rawValue: name) else {
            throw Problem("there is no benchmark '\(name)': try one of \(names)")
        }
        self.benchmark = benchmark
        var rest = arguments.dropFirst()
        func expect(_ option: String) throws(Problem) {
            guard benchmark.options.contains(option) || option == "--peers" else {
                throw Problem("\(name) takes no argument '\(option)'")
            }
        }
        func value(_ option: String) throws(Problem) -> String {
            try expect(option)
            guard let value = rest.popFirst() else { throw Problem("\(option) needs a value") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--json": isJSON = true
            case "--check": isCheck = true
            case "--floods":
                try expect(argument)
                isFloodsAlone = true
            case "--peers": peers = URL(fileURLWithPath: try value(argument))
            case "--reference": reference = URL(fileURLWithPath: try value(argument))
            case "--file": file = URL(fileURLWithPath: try value(argument))
            case "--order": order = try Self.number(value(argument), in: 1...6)
            case "--server": server = URL(fileURLWithPath: try value(argument))
            case "--pairs": pairs = try Self.number(value(argument), in: 1...100)
            case "--seconds":
                seconds = Double(try Self.number(value(argument), in: 1...60))
            case "--requests":
                requests = try Self.number(value(argument), in: 1_000...1_000_000_000)
            case "--connections":
                connections = try Self.number(value(argument), in: 5_000...10_000_000)
            default: throw Problem("unknown argument '\(argument)'")
            }
        }
    }

    private static func number(_ text: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Problem("'\(text)' is not a number in \(range)")
        }
        return number
    }
}
