internal import Foundation

/// A certificate for this machine's loopback address that vouches for itself.
public enum SelfSignedCertificate {
    /// The `openssl` command failed: what it said.
    struct Failure: Error {
        let text: String
    }

    /// Makes one with its key, by the `openssl` command.
    ///
    /// - Parameters:
    ///   - chain: the file that the certificate is written to.
    ///   - key: the file that the key is written to.
    /// - Throws: an error if the command cannot be started or fails.
    public static func make(chain: String, key: String) throws {
        let (status, output) = try Process.runToEnd(joinsErrors: true) { process in
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", chain,
            ]
        }
        guard status == 0 else { throw Failure(text: String(decoding: output, as: UTF8.self)) }
    }
}
