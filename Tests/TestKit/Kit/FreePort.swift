/// A port for a server that cannot be given one by the kernel.
public enum FreePort {
    /// A port of 127.0.0.1 on which nobody listens.
    ///
    /// It is below those that the kernel gives to whoever asks for any, on either end of a
    /// connection: one of them may be taken before the server starts, or while it is stopped.
    ///
    /// - Returns: the port.
    /// - Throws: an error if a hundred ports are taken.
    public static func find() throws -> UInt16 {
        var failure = LocalListener.Failure(call: "bind", code: 0)
        for _ in 0..<100 {
            do throws(LocalListener.Failure) {
                return try LocalListener(port: UInt16.random(in: 15_000..<32_000)).port
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
