import Dispatch

/// A thread of its own for one worker task.
///
/// Workers compute for seconds at a time and block on files. On the cooperative pool, which has as many
/// threads as there are cores, they would leave none for the writer and the feeder; and a worker that blocks
/// there breaks the pool's promise of progress. A serial queue has its own thread while it has work, and as a
/// task executor it keeps the workers structured children of the run.
final class WorkerThread: TaskExecutor {
  private let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
