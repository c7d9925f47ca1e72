import Foundation
import Messages
import Net
import RPC
import TestContracts
import TestMessages
import Wire

/// A server of gRPC's interoperability tests: `interop-server [HOST:PORT]`.
///
/// It prints where it listens, and stops when its standard input ends.
@main
enum Main {
    static func main() async {
        do {
            let text = CommandLine.arguments.dropFirst().first ?? "127.0.0.1:0"
            let group = try EventLoopGroup(count: 1)
            let service = GrpcTesting.TestService.schema
            let health = HealthRegistry(services: [service.fullName])
            let reflection = ReflectionService(
                services: [service, GrpcHealthV1.Health.schema],
                files: [GrpcTesting.interopFile]
            )
            let server = try RPCServer(
                address: try SocketAddress(text),
                group: group,
                methods: GrpcTesting.TestService.methods(of: InteropService())
                    + GrpcHealthV1.Health.methods(of: HealthService(health)) + reflection.methods
            )
            health.setAll(.serving)
            FileHandle.standardOutput.write(Data("listening on \(server.boundAddress)\n".utf8))
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                Thread.detachNewThread {
                    _ = FileHandle.standardInput.readDataToEndOfFile()
                    continuation.resume()
                }
            }
            health.setAll(.notServing)
            await server.stop(within: .seconds(5))
            group.stop()
        } catch {
            FileHandle.standardError.write(Data("interop-server: \(error)\n".utf8))
            exit(2)
        }
    }
}
