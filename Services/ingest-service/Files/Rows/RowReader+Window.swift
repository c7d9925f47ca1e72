internal import Wire

extension RowReader {
    /// Makes room and reads.
    mutating func fill() throws(Finding) -> FileDecoder.Progress {
        makeRoom()
        let progress = try decoder.read(into: &window, at: windowEnd)
        guard case .bytes(let count) = progress else { return progress }
        if bytesToDrop > 0 {
            let dropped = min(bytesToDrop, count)
            bytesToDrop -= dropped
            let rest = Array(window[windowEnd + dropped..<windowEnd + count])
            window.replaceSubrange(windowEnd..<windowEnd + rest.count, with: rest)
            windowEnd += rest.count
            return progress
        }
        windowEnd += count
        if windowEnd >= 4 { try checkStart() }
        return progress
    }

    /// Moves the row to the front once half of the window lies behind it, and grows the window up
    /// to what the longest row takes.
    mutating func makeRoom() {
        if skipped != nil {
            // Of a row that is passed over only the start is kept.
            let kept = rowStart + Self.longestRest
            if nextStart > kept {
                window.moveDown(from: nextStart..<windowEnd, to: kept)
                windowOffset += nextStart - kept
                windowEnd -= nextStart - kept
                nextStart = kept
            }
        }
        if windowEnd < window.count { return }
        if rowStart > 0 {
            window.moveDown(from: rowStart..<windowEnd, to: 0)
            windowOffset += rowStart
            windowEnd -= rowStart
            nextStart -= rowStart
            rowStart = 0
        }
        if windowEnd > window.count / 2 {
            window.append(contentsOf: repeatElement(0, count: window.count))
        }
    }

    /// Looks at how the text begins: passes over the mark of UTF-8, refuses UTF-16.
    mutating func checkStart() throws(Finding) {
        if isStartKnown { return }
        isStartKnown = true
        let window = window
        let bytes = window.rawBytes.extracting(0..<windowEnd)
        if bytes.byteCount >= 2 {
            let pair = (bytes.byte(at: 0), bytes.byte(at: 1))
            if pair == (0xFF, 0xFE) || pair == (0xFE, 0xFF) { throw Finding(.utf16, at: 0) }
            // Text of ASCII in UTF-16 without a mark has a zero in each pair.
            if (pair.0 == 0) != (pair.1 == 0) { throw Finding(.utf16, at: 0) }
            if pair == (UInt8(ascii: "P"), UInt8(ascii: "K")), bytes.byteCount >= 4,
                bytes.byte(at: 2) == 3, bytes.byte(at: 3) == 4
            {
                throw Finding(.binary, at: 0)
            }
        }
        if bytes.byteCount >= 3, bytes.byte(at: 0) == 0xEF, bytes.byte(at: 1) == 0xBB,
            bytes.byte(at: 2) == 0xBF
        {
            rowStart = 3
            nextStart = 3
        }
    }
}

extension [UInt8] {
    /// Moves bytes towards the front.
    fileprivate mutating func moveDown(from range: Range<Int>, to target: Int) {
        unsafe withUnsafeMutableBytes { bytes in
            // Both ranges lie within the array, and the memory may overlap.
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[target...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }
}
