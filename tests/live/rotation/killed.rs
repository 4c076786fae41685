//! A run that is killed at any step is finished or undone by `resume`.

use super::{Bench, Odd};

/// The run is killed while the hub holds back its request of each number, once before and once after the hub did what
/// it asks for. Afterwards one token lives, the stores hold it, and nothing is left over.
#[test]
fn killed_at_each_request() {
    let bench = Bench::new();
    bench.plan();
    bench.hub.odd(Odd::default());
    bench.apply().ends(0);
    let requests = bench.hub.asked();
    assert!(requests > 10, "{requests}");
    let all: Vec<(usize, bool)> = (1..=requests)
        .flat_map(|n| [(n, false), (n, true)])
        .collect();
    let parts: Vec<Vec<(usize, bool)>> = (0..3)
        .map(|part| all.iter().copied().skip(part).step_by(3).collect())
        .collect();
    std::thread::scope(|scope| {
        for part in parts {
            scope.spawn(move || part.into_iter().for_each(killed_at));
        }
    });
}

fn killed_at(holds: (usize, bool)) {
    let bench = Bench::new();
    bench.plan();
    bench.kill_apply(Odd {
        holds: Some(holds),
        ..Odd::default()
    });
    // Nothing is lost meanwhile: what the stores hold is accepted.
    let alive: Vec<String> = bench
        .hub
        .alive()
        .into_iter()
        .map(|token| token.value)
        .collect();
    assert!(
        bench.stored().iter().all(|value| alive.contains(value)),
        "{holds:?}"
    );
    let run = bench.resume();
    let said = format!("{holds:?}: {}{}", run.text(), run.errors());
    assert!(matches!(run.status, Some(0 | 1)), "{said}");
    bench.is_whole();
    bench
        .run(&["status", "--unfinished"])
        .ends(0)
        .says("no rotation");
    // Where it was undone, the next one goes through.
    if bench.the_one().value == bench.old {
        bench.run(&["plan", "deploy", "-o", "next.json"]).ends(0);
        bench.run(&["apply", "next.json", "--yes"]).ends(0);
        bench.is_whole();
        assert_ne!(bench.the_one().value, bench.old, "{said}");
    }
}
