internal import CNghttp2

/// The memory in which the fields of one block at a time are laid out for nghttp2.
@safe
final class FieldEntries {
    /// Owned, and freed when this is: what is in it is of use to whoever wrote it last.
    private(set) var memory = UnsafeMutableBufferPointer<nghttp2_nv>.allocate(capacity: 16)

    deinit {
        unsafe memory.deallocate()
    }

    /// Makes room for fields; those that were there are gone.
    @unsafe
    func reserve(_ count: Int) {
        guard unsafe count > memory.count else { return }
        unsafe memory.deallocate()
        unsafe memory = UnsafeMutableBufferPointer.allocate(capacity: 2 * count)
    }
}
