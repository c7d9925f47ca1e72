import Foundation
import Net
import RPC

/// The cases of gRPC's interoperability tests, run by our client against any server:
/// `interop-client [--blind] HOST:PORT [CASE ...]`.
///
/// It prints PASS or FAIL for each case, and exits with 1 if one failed. `--blind` is for a server
/// that neither sees nor chooses what is compressed.
@main
enum Main {
    static func main() async {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            exit(try await run(options) ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("interop-client: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func run(_ options: Options) async throws -> Bool {
        let group = try EventLoopGroup(count: 1)
        let connection = try await RPCConnection.connect(
            to: [options.address],
            on: group.next(),
            authority: "\(options.address)"
        )
        let peer = InteropPeer(connection, seesCompression: options.seesCompression)
        var allPassed = true
        for test in options.cases {
            do {
                try await peer.run(test)
                say("PASS \(test.rawValue)")
            } catch {
                allPassed = false
                say("FAIL \(test.rawValue) \(error)")
            }
        }
        await connection.close()
        group.stop()
        return allPassed
    }

    /// Prints a line at once, whatever standard output is.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// What the command line asks for.
struct Options {
    let address: SocketAddress
    let cases: [InteropCase]
    let seesCompression: Bool

    /// A command line that makes no sense.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        let isBlind = rest.first == "--blind"
        if isBlind { rest.removeFirst() }
        guard let text = rest.popFirst(), !text.hasPrefix("-") else {
            throw Problem(description: "wants [--blind] HOST:PORT [CASE ...]")
        }
        address = try SocketAddress(text)
        seesCompression = !isBlind
        let all = InteropCase.allCases.filter { !isBlind || !$0.isOfCompressionAlone }
        let named = try rest.map { name in
            guard let test = all.first(where: { $0.rawValue == name }) else {
                let names = all.map(\.rawValue).joined(separator: ", ")
                throw Problem(description: "there is no case '\(name)', only \(names)")
            }
            return test
        }
        cases = named.isEmpty ? all : named
    }
}
