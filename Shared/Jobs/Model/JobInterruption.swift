/// What a handler throws that knows better than the rules what is to become of its job.
public enum JobInterruption: Error, Sendable, Hashable {
    /// Trying again cannot help; why, for the owner of the job.
    case discard(String)
    /// It is to be started again later, which counts as no failure; why, for the owner.
    case postpone(Duration, String)
}
