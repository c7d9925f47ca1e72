import Net
import TestKit
import Wire

/// How a stream of bytes is cut on its way.
enum Cut: Sendable, CustomStringConvertible {
    case nowhere
    case afterEveryByte
    case randomly(seed: UInt64)

    var description: String {
        switch self {
        case .nowhere: "whole"
        case .afterEveryByte: "byte by byte"
        case .randomly(let seed): "cut at random, seed \(seed)"
        }
    }
}

/// One end of a connection in memory, with all that became of it.
final class TLSEnd {
    let session: TLSSession
    private(set) var received: [UInt8] = []
    private(set) var error: TLSError?
    /// All the ciphertext that it has sent.
    private(set) var sent: [UInt8] = []
    private var generator: SeededGenerator
    private let cut: Cut

    init(_ session: TLSSession, cut: Cut = .nowhere) {
        self.session = session
        self.cut = cut
        generator = SeededGenerator(seed: 0)
        if case .randomly(let seed) = cut { generator = SeededGenerator(seed: seed) }
    }

    /// Hands bytes to the session in pieces, until it fails.
    func receive(_ bytes: [UInt8]) {
        var position = 0
        var plaintext = OutputBuffer()
        while position < bytes.count && error == nil {
            let left = bytes.count - position
            let size =
                switch cut {
                case .nowhere: left
                case .afterEveryByte: 1
                case .randomly:
                    generator.number(in: 1...min(left, generator.pick([9, 3000, left])))
                }
            let piece = Array(bytes[position..<position + size])
            position += size
            do throws(TLSError) {
                try session.receive(piece.rawBytes, plaintext: &plaintext)
            } catch {
                self.error = error
            }
        }
        received += Array(copying: plaintext.bytes)
    }

    func take() -> [UInt8] {
        var output = OutputBuffer()
        session.takeCiphertext(into: &output)
        let bytes = Array(copying: output.bytes)
        sent += bytes
        return bytes
    }
}

/// Two ends back to back.
struct TLSPair {
    let client: TLSEnd
    let server: TLSEnd

    init(
        client: TLSContext,
        server: TLSContext,
        serverName: String? = "server.test",
        cut: Cut = .nowhere
    ) throws {
        self.client = TLSEnd(try TLSSession(client: client, serverName: serverName), cut: cut)
        self.server = TLSEnd(TLSSession(server: server), cut: cut)
    }

    /// Carries ciphertext to and fro until neither end has any.
    func settle() {
        while true {
            let fromClient = client.take()
            server.receive(fromClient)
            let fromServer = server.take()
            client.receive(fromServer)
            if fromClient.isEmpty && fromServer.isEmpty { return }
        }
    }
}

extension TLSPair {
    /// Two ends with the test's certificates, before their handshake.
    static func make(
        server: String = "server",
        clientAuthentication: Bool = false,
        client: String? = nil,
        serverName: String? = "server.test",
        serverProtocols: [String] = ["h2"],
        clientProtocols: [String] = ["h2"],
        versions: ClosedRange<TLSVersion> = .tls12 ... .tls13,
        cut: Cut = .nowhere
    ) throws -> TLSPair {
        let files = try TestCertificates.shared.get()
        let serverContext = try TLSContext(
            .server(
                .init(
                    identity: files.identity(server),
                    clientAuthentication: clientAuthentication
                        ? .required(authoritiesFile: files.path("ca.pem")) : .none,
                    applicationProtocols: serverProtocols,
                    versions: versions
                )
            )
        )
        let clientContext = try TLSContext(
            .client(
                .init(
                    trust: .authorities(file: files.path("ca.pem")),
                    identity: client.map(files.identity),
                    applicationProtocols: clientProtocols,
                    versions: versions
                )
            )
        )
        return try TLSPair(
            client: clientContext,
            server: serverContext,
            serverName: serverName,
            cut: cut
        )
    }

    /// Two ends that have shaken hands, with nothing on its way.
    static func ready(_ version: TLSVersion, cut: Cut = .nowhere) throws -> TLSPair {
        let pair = try make(versions: version...version, cut: cut)
        pair.settle()
        return pair
    }
}

/// The records of a stream of ciphertext: the type and the length of each.
func records(of ciphertext: [UInt8]) -> [(type: UInt8, length: Int)] {
    var records: [(type: UInt8, length: Int)] = []
    var position = 0
    while position + 5 <= ciphertext.count {
        let length = Int(ciphertext[position + 3]) << 8 | Int(ciphertext[position + 4])
        records.append((type: ciphertext[position], length: length))
        position += 5 + length
    }
    return records
}

/// Bytes without a pattern.
func randomBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
}

/// Whether two runs of bytes are equal: an expectation of `==` that fails would look for the
/// difference, which takes minutes for a million bytes.
func areSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left == right
}
