import Glibc

/// The date of a moment in UTC as the C library has it, and its weekday from 0 for Sunday.
func systemDate(_ seconds: Int64) -> (year: Int, month: Int, day: Int, weekday: Int) {
    var time = time_t(seconds)
    var parts = unsafe tm()
    // It reads the one and writes the other.
    unsafe gmtime_r(&time, &parts)
    // Numbers that were just written.
    return unsafe (
        year: Int(parts.tm_year) + 1_900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
        weekday: Int(parts.tm_wday)
    )
}
