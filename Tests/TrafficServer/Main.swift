import Foundation
import Net
import RPC
import TestContracts
import TestMessages

/// Our gRPC server of the benchmarks: `traffic-server [CERTIFICATE KEY]`.
///
/// It serves the `Traffic` service on one loop, prints where it listens, and stops when its
/// standard input ends.
@main
enum Main {
    static func main() async {
        do {
            let group = try EventLoopGroup(count: 1)
            var configuration = RPCServerConfiguration()
            configuration.http2.tls = try tls(Array(CommandLine.arguments.dropFirst()))
            let server = try RPCServer(
                address: .ipv4(address: 0x7f00_0001, port: 0),
                group: group,
                methods: TestingV1.Traffic.methods(of: TrafficService()),
                configuration: configuration
            )
            FileHandle.standardOutput.write(Data("listening on \(server.boundAddress)\n".utf8))
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                Thread.detachNewThread {
                    _ = FileHandle.standardInput.readDataToEndOfFile()
                    continuation.resume()
                }
            }
            await server.stop(within: .seconds(5))
            group.stop()
        } catch {
            FileHandle.standardError.write(Data("traffic-server: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func tls(_ arguments: [String]) throws -> ReloadableTLSContext? {
        guard !arguments.isEmpty else { return nil }
        guard arguments.count == 2 else { throw Problem.usage }
        return try ReloadableTLSContext(
            .server(
                TLSConfiguration.Server(
                    identity: .init(
                        certificateChainFile: arguments[0],
                        privateKeyFile: arguments[1]
                    )
                )
            )
        )
    }

    /// A command line that makes no sense.
    private enum Problem: Error, CustomStringConvertible {
        case usage

        var description: String { "wants nothing, or a certificate and its key" }
    }
}
