import Foundation
import Glibc
import Lifecycle

/// A service that does nothing, for tests that send it signals.
///
///     lifecycle-probe [--hang] [--hurry]
///
/// It prints a line for each thing that happens. With `--hang` its component never stops, and holds
/// all threads that tasks run on; with `--hurry` a stop may take no longer than a moment.
@main
enum Main {
    static func main() async throws {
        let hangs = CommandLine.arguments.contains("--hang")
        let limit: Duration =
            CommandLine.arguments.contains("--hurry") ? .milliseconds(100) : .seconds(3600)
        let component = ServiceComponent("part") { _ in
            say("part stops")
            guard hangs else { return }
            // More than there are cores, and so threads.
            for _ in 0..<256 { Task { while true { pause() } } }
            while true { pause() }
        }
        let lifecycle = try ServiceLifecycle(
            [component],
            readiness: [ServiceReadiness()],
            configuration: LifecycleConfiguration(stopLimit: limit, endpointDelay: .zero)
        ) { event in
            if event == .started { say("started") }
        }
        let report = try await lifecycle.run(watching: WatchedSignals()) { say("reloaded") }
        say("stopped by \(report.cause)")
        exit(report.exitStatus)
    }

    /// Prints a line at once, whatever standard output is.
    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
