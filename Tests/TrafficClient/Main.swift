import Foundation
import Net
import RPC

/// Our gRPC client of the benchmarks, which keeps calls in flight:
/// `traffic-client HOST:PORT CONNECTIONS STREAMS (echo BYTES | download PARCELS BYTES)`.
///
/// For each line of its standard input, a number, it makes so many calls, each of which must be
/// answered as it should; then it prints the nanoseconds that its threads spent on cores, and those
/// that went by.
@main
enum Main {
    static func main() async {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            let group = try EventLoopGroup(count: 1)
            let crowd = Crowd(options, group)
            while let line = readLine() {
                guard let calls = Int(line), calls > 0 else {
                    throw Options.Problem(description: "'\(line)' is not a number of calls")
                }
                let (began, used) = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
                try await crowd.make(calls)
                say(
                    "\(now(CLOCK_PROCESS_CPUTIME_ID) - used) \(now(CLOCK_MONOTONIC) - began)"
                )
            }
            await crowd.leave()
            group.stop()
        } catch {
            FileHandle.standardError.write(Data("traffic-client: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func now(_ clock: clockid_t) -> Int {
        var time = timespec()
        precondition(unsafe clock_gettime(clock, &time) == 0, "the system has this clock")
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Prints a line at once, whatever standard output is.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// What the command line asks for.
struct Options {
    /// What each call does.
    enum Action {
        case echo(bytes: Int)
        case download(parcels: Int, bytes: Int)
    }

    let address: SocketAddress
    let connections: Int
    /// Calls in flight on each connection.
    let streams: Int
    let action: Action

    /// A command line that makes no sense.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: [String]) throws {
        let numbers = arguments.compactMap(Int.init)
        guard arguments.count == numbers.count + 2, numbers.count >= 3,
            numbers.allSatisfy({ (1...64 << 20).contains($0) })
        else { throw Self.usage }
        address = try SocketAddress(arguments[0])
        (connections, streams) = (numbers[0], numbers[1])
        switch (arguments[3], numbers.count) {
        case ("echo", 3): action = .echo(bytes: numbers[2])
        case ("download", 4): action = .download(parcels: numbers[2], bytes: numbers[3])
        default: throw Self.usage
        }
    }

    private static let usage = Problem(
        description: "wants HOST:PORT CONNECTIONS STREAMS (echo BYTES | download PARCELS BYTES)"
    )
}
