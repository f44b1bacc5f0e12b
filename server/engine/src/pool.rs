//! Long-lived threads, for the work of a token, which the engine divides a hundred times.
//!
//! A token of a small model takes ten milliseconds, so a division may cost a microsecond, not ten: the pool allocates
//! nothing, and between two close pieces of work the threads spin instead of sleeping. Threads claim tasks one by
//! one, so a thread that lost its processor to another program does not hold up the others for long.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

/// How often a thread looks for new work before it goes to sleep: some tens of microseconds.
const SPINS: u32 = 20_000;

/// Bits of the gate below the number of the round.
const ROUND: usize = 1 << 16;
const OPEN: usize = 1 << 15;

/// A number of threads, the calling one included.
#[derive(Debug)]
pub(crate) struct Pool {
    state: Arc<State>,
    helpers: Vec<JoinHandle<()>>,
}

/// The work of a task: gets the number of the thread and of the task.
type Work<'a> = dyn Fn(usize, usize) + Sync + 'a;

#[derive(Debug)]
struct State {
    /// The round (a number for each piece of work) times [`ROUND`], [`OPEN`] while helpers may join it,
    /// and how many did.
    gate: AtomicUsize,
    /// The piece of work; written before the gate opens, and left alone until all who joined have left.
    job: Mutex<Job>,
    /// The next task to claim.
    next: AtomicUsize,
    /// Helpers that joined this round and are done with it.
    left: AtomicUsize,
    /// Whether a piece of work is going on.
    running: AtomicBool,
    panicked: AtomicBool,
    closing: AtomicBool,
    /// Helpers that sleep; the lock of `wake`.
    asleep: Mutex<usize>,
    wake: Condvar,
}

#[derive(Clone, Copy)]
struct Job {
    work: *const Work<'static>,
    tasks: usize,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tasks", self.tasks)
    }
}

// SAFETY: the closure behind the pointer is Sync, and `run` keeps it alive while helpers use it.
unsafe impl Send for Job {}

impl Pool {
    /// Starts `threads - 1` threads.
    ///
    /// # Errors
    /// When the system refuses one.
    pub(crate) fn new(threads: usize) -> std::io::Result<Pool> {
        let nothing: &'static Work<'static> = &|_, _| {};
        let state = Arc::new(State {
            gate: AtomicUsize::new(0),
            job: Mutex::new(Job { work: nothing, tasks: 0 }),
            next: AtomicUsize::new(0),
            left: AtomicUsize::new(0),
            running: AtomicBool::new(false),
            panicked: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            asleep: Mutex::new(0),
            wake: Condvar::new(),
        });
        let mut pool = Pool { state, helpers: Vec::new() };
        for number in 1..threads.max(1) {
            let state = Arc::clone(&pool.state);
            let name = format!("housestyle-engine-{number}");
            pool.helpers.push(std::thread::Builder::new().name(name).spawn(move || help(&state, number))?);
        }
        Ok(pool)
    }

    /// Returns how many threads work, the calling one included.
    pub(crate) fn threads(&self) -> usize {
        self.helpers.len() + 1
    }

    /// Calls `work(thread, task)` for each task below `tasks`, and returns when all are done. Threads have
    /// the numbers below [`Pool::threads`]; a number is in use by one thread at a time.
    ///
    /// # Panics
    /// When a task does, or when this is called while it runs: by a task, or by another thread.
    pub(crate) fn run(&self, tasks: usize, work: &(dyn Fn(usize, usize) + Sync)) {
        let state = &*self.state;
        assert!(!state.running.swap(true, Ordering::Acquire), "one piece of work at a time");
        let wait = Wait(state); // also when a task of this thread panics
        if tasks <= 1 || self.helpers.is_empty() {
            (0..tasks).for_each(|task| work(0, task));
            return;
        }
        // SAFETY: only the lifetime changes; this function does not return before the gate is closed and all
        // helpers that joined have left, after which none touches the closure.
        let work: &'static Work<'static> =
            unsafe { std::mem::transmute::<&Work<'_>, &'static Work<'static>>(work) };
        *lock(&state.job) = Job { work, tasks };
        state.next.store(0, Ordering::Relaxed);
        state.left.store(0, Ordering::Relaxed);
        // Left over where this thread and a helper panicked in the round before.
        state.panicked.store(false, Ordering::Relaxed);
        let round = state.gate.load(Ordering::Relaxed) / ROUND + 1;
        state.gate.store(round.wrapping_mul(ROUND) | OPEN, Ordering::SeqCst);
        if *lock(&state.asleep) > 0 {
            state.wake.notify_all();
        }
        state.claim(0, work, tasks);
        drop(wait);
        if state.panicked.swap(false, Ordering::Relaxed) {
            panic!("a thread of the engine panicked");
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.state.closing.store(true, Ordering::SeqCst);
        drop(lock(&self.state.asleep));
        self.state.wake.notify_all();
        for helper in self.helpers.drain(..) {
            let _ = helper.join(); // it has said so already if it panicked
        }
    }
}

impl State {
    fn claim(&self, thread: usize, work: &Work<'_>, tasks: usize) {
        loop {
            let task = self.next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                return;
            }
            work(thread, task);
        }
    }
}

/// Closes the gate, and waits for those who came in, when it is dropped.
struct Wait<'a>(&'a State);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        // A panicking task leaves tasks over; the helpers need not do them.
        if std::thread::panicking() {
            self.0.next.store(usize::MAX / 2, Ordering::Relaxed);
        }
        let joined = self.0.gate.fetch_and(!OPEN, Ordering::AcqRel) % OPEN;
        let mut spins = 0u32;
        while self.0.left.load(Ordering::Acquire) < joined {
            spins = spins.saturating_add(1);
            if spins > SPINS { std::thread::yield_now() } else { std::hint::spin_loop() }
        }
        self.0.running.store(false, Ordering::Release);
    }
}

fn help(state: &State, number: usize) {
    let mut seen = 0; // the last round of which this helper knows
    let mut spins = 0;
    loop {
        let gate = state.gate.load(Ordering::Acquire);
        if gate / ROUND == seen || gate & OPEN == 0 {
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
            } else if sleep(state) {
                return;
            } else {
                spins = 0;
            }
            continue;
        }
        if state.gate.compare_exchange(gate, gate + 1, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            continue;
        }
        (seen, spins) = (gate / ROUND, 0);
        let job = *lock(&state.job);
        // SAFETY: this helper has joined, so `run` keeps the closure alive until it has left.
        let work = unsafe { &*job.work };
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            state.claim(number, work, job.tasks);
        }));
        if done.is_err() {
            state.panicked.store(true, Ordering::Relaxed);
        }
        state.left.fetch_add(1, Ordering::Release);
    }
}

/// Sleeps until a gate opens; returns whether the pool closes instead.
fn sleep(state: &State) -> bool {
    let mut asleep = lock(&state.asleep);
    *asleep += 1;
    while state.gate.load(Ordering::SeqCst) & OPEN == 0 && !state.closing.load(Ordering::SeqCst) {
        asleep = state.wake.wait(asleep).unwrap_or_else(PoisonError::into_inner);
    }
    *asleep -= 1;
    state.closing.load(Ordering::SeqCst)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A slice of which tasks change parts of their own.
pub(crate) struct Shared<'a, T> {
    start: *mut T,
    len: usize,
    of: PhantomData<&'a mut [T]>,
}

// SAFETY: parts are handed out by `slice` alone, whose callers promise that they do not overlap.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    pub(crate) fn new(slice: &'a mut [T]) -> Shared<'a, T> {
        Shared { start: slice.as_mut_ptr(), len: slice.len(), of: PhantomData }
    }

    /// Returns where the items from `at` on begin, of which there are `len` at least.
    ///
    /// # Panics
    /// When there are not.
    pub(crate) fn part(&self, at: usize, len: usize) -> *mut T {
        assert!(at <= self.len && len <= self.len - at);
        self.start.wrapping_add(at)
    }

    /// Returns `len` items from `at` on.
    ///
    /// # Safety
    /// No two parts that are in use at the same time may overlap.
    ///
    /// # Panics
    /// When the slice has not so many.
    #[allow(clippy::mut_from_ref)] // that is what it is for
    pub(crate) unsafe fn slice(&self, at: usize, len: usize) -> &mut [T] {
        assert!(at <= self.len && len <= self.len - at);
        // SAFETY: within the slice, which is borrowed for as long as this lives; not overlapping by the
        // caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(at), len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_is_done_once_by_a_thread_of_its_own_number() {
        for threads in 1..5 {
            let pool = Pool::new(threads).expect("threads");
            assert_eq!(pool.threads(), threads);
            for tasks in [0, 1, 2, 7, 100] {
                let counts: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                let inside: Vec<AtomicUsize> = (0..threads).map(|_| AtomicUsize::new(0)).collect();
                for _ in 0..50 {
                    pool.run(tasks, &|thread, task| {
                        assert_eq!(inside[thread].fetch_add(1, Ordering::SeqCst), 0);
                        counts[task].fetch_add(1, Ordering::SeqCst);
                        inside[thread].fetch_sub(1, Ordering::SeqCst);
                    });
                }
                assert!(counts.iter().all(|c| c.load(Ordering::SeqCst) == 50), "{threads} {tasks}");
            }
        }
    }

    #[test]
    fn sleeping_threads_wake_up() {
        let pool = Pool::new(3).expect("threads");
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(30));
            let sum = AtomicUsize::new(0);
            pool.run(100, &|_, task| {
                sum.fetch_add(task, Ordering::Relaxed);
            });
            assert_eq!(sum.load(Ordering::Relaxed), 4950);
        }
    }

    #[test]
    fn work_within_work_is_refused() {
        for threads in [1, 2] {
            let pool = Pool::new(threads).expect("threads");
            let nested = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pool.run(4, &|_, _| pool.run(1, &|_, _| ()));
            }));
            assert!(nested.is_err());
            pool.run(4, &|_, _| ());
        }
    }

    #[test]
    fn a_panic_of_a_task_comes_through_and_the_pool_goes_on() {
        let pool = Pool::new(2).expect("threads");
        for bad in [0, 40] {
            let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pool.run(50, &|_, task| assert!(task != bad, "task {bad}"));
            }));
            assert!(run.is_err());
        }
        // Of all threads at once: none of it is left for the next piece of work.
        for _ in 0..20 {
            let both = std::sync::Barrier::new(2);
            let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pool.run(2, &|_, task| {
                    both.wait();
                    panic!("task {task}");
                });
            }));
            assert!(run.is_err());
            pool.run(2, &|_, _| ());
        }
        let mut all = vec![0usize; 64];
        let shared = Shared::new(&mut all);
        pool.run(64, &|_, task| {
            // SAFETY: one item a task.
            unsafe { shared.slice(task, 1)[0] = task };
        });
        assert!(all.iter().enumerate().all(|(i, v)| i == *v));
    }
}
