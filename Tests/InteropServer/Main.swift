import Foundation
import Net
import RPC
import TestContracts
import TestMessages

/// A server of gRPC's interoperability tests: `interop-server [HOST:PORT]`.
///
/// It prints where it listens, and stops when its standard input ends.
@main
enum Main {
    static func main() async {
        do {
            let text = CommandLine.arguments.dropFirst().first ?? "127.0.0.1:0"
            let group = try EventLoopGroup(count: 1)
            let server = try RPCServer(
                address: try SocketAddress(text),
                group: group,
                methods: GrpcTesting.TestService.methods(of: InteropService())
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
            FileHandle.standardError.write(Data("interop-server: \(error)\n".utf8))
            exit(2)
        }
    }
}
