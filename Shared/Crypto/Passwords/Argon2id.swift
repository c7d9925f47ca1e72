internal import CArgon2
internal import Wire

/// Argon2id, version 1.3 (RFC 9106), by libargon2.
enum Argon2id {
    /// What hashing costs.
    struct Cost: Hashable {
        /// In KiB, at least 8 for each lane.
        let memory: Int
        /// How often the memory is gone through.
        let passes: Int
        /// In how many lanes it lies; they are filled one after the other, on the calling thread.
        let lanes: Int
    }

    /// Hashes a password.
    ///
    /// - Parameters:
    ///   - password: any bytes.
    ///   - salt: at least 8 bytes.
    ///   - key: a secret that the hash depends on as well; empty for none.
    ///   - associated: what else it depends on; empty for nothing.
    ///   - cost: within libargon2's bounds.
    ///   - count: how many bytes to give, at least 4.
    /// - Returns: the hash.
    /// - Throws: ``CryptoError/outOfMemory``.
    static func hash(
        _ password: SecretBytes,
        salt: [UInt8],
        key: [UInt8] = [],
        associated: [UInt8] = [],
        cost: Cost,
        count: Int
    ) throws(CryptoError) -> [UInt8] {
        var status = Int32(0)
        let hash = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            unsafe output.initialize(repeating: 0)
            initialized = count
            unsafe password.bytes.withUnsafeBytes { password in
                unsafe salt.withUnsafeBytes { salt in
                    unsafe key.withUnsafeBytes { key in
                        unsafe associated.withUnsafeBytes { associated in
                            // Every address lives until the call has returned; libargon2 reads
                            // the four inputs and writes `count` bytes of output.
                            var context = unsafe argon2_context(
                                out: output.baseAddress,
                                outlen: UInt32(count),
                                pwd: bytes(password),
                                pwdlen: UInt32(password.count),
                                salt: bytes(salt),
                                saltlen: UInt32(salt.count),
                                secret: bytes(key),
                                secretlen: UInt32(key.count),
                                ad: bytes(associated),
                                adlen: UInt32(associated.count),
                                t_cost: UInt32(cost.passes),
                                m_cost: UInt32(cost.memory),
                                lanes: UInt32(cost.lanes),
                                threads: 1,
                                version: UInt32(ARGON2_VERSION_13.rawValue),
                                allocate_cbk: nil,
                                free_cbk: nil,
                                flags: 0
                            )
                            status = unsafe argon2id_ctx(&context)
                        }
                    }
                }
            }
        }
        if status == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue { throw .outOfMemory }
        precondition(status == ARGON2_OK.rawValue, "libargon2 refuses a cost within its bounds")
        return hash
    }

    /// libargon2 does not write to what it could clear: that takes a flag we do not set.
    @unsafe
    private static func bytes(
        _ buffer: UnsafeRawBufferPointer
    ) -> UnsafeMutablePointer<UInt8>? {
        unsafe UnsafeMutablePointer(
            mutating: buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
    }
}
