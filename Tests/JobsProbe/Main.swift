import Foundation
import Jobs
import Messages
import Net
import Postgres
import Telemetry
import Tenancy

/// A worker that tests kill.
///
///     jobs-probe --dsn DSN --name NAME [--lease MS --heartbeat MS --poll MS --sweep MS]
///                [--running N]
///
/// It logs into the database as the service `ingest`, does its jobs of the kind `walk`, and stops
/// in good order when its standard input ends, as it does when whoever started it is gone. What is
/// not said is as in every worker.
@main
enum Main {
    private struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    static func main() async throws {
        let arguments = try Arguments(CommandLine.arguments.dropFirst())
        guard let service = ServiceName("ingest") else { throw Misuse(description: "no service") }
        let group = try EventLoopGroup(count: 1)
        let blocking = try WorkerPool(name: "blocking", threads: 1, maximumQueued: 16)
        let logger = Logger(
            service: "jobs-probe",
            version: "1",
            level: .error,
            sink: try StandardOutputSink(service: "jobs-probe", version: "1")
        )
        let registry = MetricRegistry()
        let database = try TenantDatabase(
            try PostgresDSN(arguments.dsn),
            group: group,
            blocking: blocking,
            registry: registry,
            logger: logger
        )
        let directory = Task { await database.directory.run(on: group.next()) }
        let queue = JobQueue(database, on: group.next(), registry: registry, logger: logger)
        let worker = JobWorker(
            service,
            [Walk.handler(of: service)],
            on: database,
            queue,
            group: group,
            blocking: blocking,
            configuration: arguments.configuration,
            name: arguments.name,
            registry: registry,
            logger: logger
        )
        worker.start()
        await endOfInput()
        await worker.stop(within: .seconds(1))
        directory.cancel()
        await directory.value
        await database.close()
    }

    /// Waits on a thread of its own until nobody holds the other end of standard input.
    private static func endOfInput() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                while !FileHandle.standardInput.availableData.isEmpty {}
                continuation.resume()
            }
        }
    }

    /// What the command line asks for.
    private struct Arguments {
        var dsn = ""
        var name = "probe"
        var configuration = JobWorkerConfiguration()

        init(_ arguments: ArraySlice<String>) throws {
            var rest = arguments
            while let option = rest.popFirst() {
                guard let value = rest.popFirst() else {
                    throw Misuse(description: "\(option) needs a value")
                }
                switch option {
                case "--dsn": dsn = value
                case "--name": name = value
                default:
                    guard let number = Int(value), number > 0 else {
                        throw Misuse(description: "\(option) takes a number, not '\(value)'")
                    }
                    try set(option, number)
                }
            }
        }

        private mutating func set(_ option: String, _ number: Int) throws {
            switch option {
            case "--lease": configuration.lease = .milliseconds(number)
            case "--heartbeat": configuration.heartbeat = .milliseconds(number)
            case "--poll": configuration.poll = .milliseconds(number)
            case "--sweep": configuration.sweep = .milliseconds(number)
            case "--running":
                configuration.mostRunning = number
                configuration.mostPerTenant = number
            default: throw Misuse(description: "there is no option \(option)")
            }
        }
    }
}
