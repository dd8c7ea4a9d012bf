"""Answers of another thread come into the loop together, in their order, and mean what `asyncio.wrap_future` means."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from threading import Thread

import pytest

from pipelines.awaited import awaited, told


def answer_all(futures: list[Future[int]]) -> None:
    for number, future in enumerate(futures):
        future.set_result(number)


def test_answers_come_in_the_order_of_asking_and_wake_the_loop_once() -> None:
    async def main() -> tuple[list[object], int]:
        loop = asyncio.get_running_loop()
        futures = [Future[int]() for _ in range(50)]
        got: list[object] = []
        told(futures[0], lambda done: got.append(f"told {done.result()}"))
        answers = [awaited(future) for future in futures]
        woken, wake = 0, loop.call_soon_threadsafe

        def counted(*given: object, **named: object) -> asyncio.Handle:
            nonlocal woken
            woken += 1
            return wake(*given, **named)  # type: ignore[arg-type]

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign]
        other = Thread(target=answer_all, args=(futures,))
        other.start()
        other.join()  # before the loop can look
        got += await asyncio.gather(*answers)
        return got, woken

    got, woken = asyncio.run(main())
    assert got == ["told 0", *range(50)]
    assert woken == 1


def test_an_error_and_a_source_that_was_called_back_are_passed_on() -> None:
    async def main() -> None:
        broken, gone = Future[int](), Future[int]()
        answers = awaited(broken), awaited(gone)
        broken.set_exception(ValueError("broken"))
        gone.cancel()
        with pytest.raises(ValueError, match="broken"):
            await answers[0]
        with pytest.raises(asyncio.CancelledError):
            await answers[1]

    asyncio.run(main())


def test_who_gives_up_an_answer_calls_its_work_back() -> None:
    async def main() -> bool:
        work = Future[int]()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(awaited(work), 0.01)
        return work.cancelled()

    assert asyncio.run(main())


def test_a_call_that_raises_holds_up_none_of_the_others() -> None:
    async def main() -> int:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        one, two = Future[int](), Future[int]()

        def raises(_: Future[int]) -> None:
            raise ValueError("a callback's own fault")

        told(one, raises)
        answer = awaited(two)
        one.set_result(1)
        two.set_result(2)
        return await asyncio.wait_for(answer, 5)

    assert asyncio.run(main()) == 2


def test_an_answer_after_the_end_of_its_loop_is_nobodys() -> None:
    late = Future[int]()

    async def main() -> None:
        awaited(late)

    asyncio.run(main())
    late.set_result(1)
