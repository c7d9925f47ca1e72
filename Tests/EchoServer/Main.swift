import Foundation
import HTTP2
import Net
import Wire

/// A server that sends each request's body back: the peer of outside clients and of benchmarks.
///
///     echo-server [--address HOST:PORT] [--loops N] [--certificate FILE --key FILE]
///                 [--client-authority FILE] [--work MICROSECONDS] [--connections N] [--streaming]
///
/// It prints where it listens, stops in good order when its standard input ends or at SIGTERM, and
/// then prints how many requests each loop had.
@main
enum Main {
    static func main() async {
        do {
            try await run(try Options(Array(CommandLine.arguments.dropFirst())))
        } catch {
            FileHandle.standardError.write(Data("echo-server: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func run(_ options: Options) async throws {
        let group = try EventLoopGroup(count: options.loops)
        var configuration = HTTP2ServerConfiguration()
        configuration.listener.maximumConnections = options.connections
        configuration.connection.maximumConcurrentStreams = 256
        configuration.tls = try options.tls.map { try ReloadableTLSContext($0) }
        let server = try HTTP2Server(
            address: options.address,
            group: group,
            configuration: configuration
        ) { exchange in
            if options.work > .zero { spin(options.work) }
            if options.isStreaming {
                try await Echo.stream(exchange)
            } else {
                try await Echo.whole(exchange)
            }
        }
        say("listening on \(server.boundAddress)")
        await Stop.requested()
        await server.stop(within: .seconds(5))
        say("requests by loop: \(server.requestsByLoop)")
        group.stop()
    }

    /// Prints a line at once, whatever standard output is.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Keeps the loop busy, as a handler's own work would.
    private static func spin(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {}
    }
}

/// The two ways of sending a body back.
enum Echo {
    private static let limit = 64 << 20
    private static let found: HeaderBlock = [":status": "200"]

    /// In one piece, when all of it has come.
    static func whole(_ exchange: HTTP2Exchange) async throws {
        let body = try await exchange.body(upTo: limit)
        exchange.respond(found, endsStream: body.count == 0)
        guard body.count > 0 else { return }
        try await exchange.send(body)
        exchange.finish()
    }

    /// Piece by piece, as it comes.
    static func stream(_ exchange: HTTP2Exchange) async throws {
        exchange.respond(found)
        while let part = try await exchange.nextPart() { try await exchange.send(part) }
        exchange.finish(trailers: exchange.trailers)
    }
}

/// Waits for the end of standard input, or SIGTERM.
enum Stop {
    static func requested() async {
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let once = Once { continuation.resume() }
            source.setEventHandler { once.call() }
            source.resume()
            Thread.detachNewThread {
                _ = FileHandle.standardInput.readDataToEndOfFile()
                once.call()
            }
        }
        source.cancel()
    }

    /// Calls a function the first time it is asked to.
    private final class Once: @unchecked Sendable {
        // `@unchecked`: the lock guards `action`.
        private let lock = NSLock()
        private var action: (() -> Void)?

        init(_ action: @escaping () -> Void) { self.action = action }

        func call() {
            let first = lock.withLock { () -> (() -> Void)? in
                defer { action = nil }
                return action
            }
            first?()
        }
    }
}

/// What the command line asks for.
struct Options: Sendable {
    var address = SocketAddress.ipv4(address: 0x7f00_0001, port: 0)
    var loops = 1
    var tls: TLSConfiguration?
    var work = Duration.zero
    var connections = 10_000
    var isStreaming = false

    /// A command line that makes no sense.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        var certificate: String?
        var key: String?
        var authority: String?
        while let argument = rest.popFirst() {
            if argument == "--streaming" {
                isStreaming = true
                continue
            }
            guard let value = rest.popFirst() else {
                throw Problem(description: "\(argument) needs a value, or is unknown")
            }
            switch argument {
            case "--address": address = try SocketAddress(value)
            case "--loops": loops = try Self.number(argument, value)
            case "--certificate": certificate = value
            case "--key": key = value
            case "--client-authority": authority = value
            case "--work": work = .microseconds(try Self.number(argument, value))
            case "--connections": connections = try Self.number(argument, value)
            default: throw Problem(description: "unknown argument '\(argument)'")
            }
        }
        if let certificate, let key {
            tls = .server(
                TLSConfiguration.Server(
                    identity: .init(certificateChainFile: certificate, privateKeyFile: key),
                    clientAuthentication: authority.map { .required(authoritiesFile: $0) } ?? .none
                )
            )
        }
    }

    private static func number(_ name: String, _ text: String) throws -> Int {
        guard let number = Int(text), number > 0 else {
            throw Problem(description: "\(name) needs a positive number, not '\(text)'")
        }
        return number
    }
}
