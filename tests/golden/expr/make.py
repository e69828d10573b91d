#!/usr/bin/env python3
"""Makes the answers of a peer for the cases of this folder.

  pip install jq==1.8.0          (its library is jq 1.7.1)
  python3 make.py < cases.txt > jq-1.7.1.jsonl

A line of cases.txt is a program, or a program, a tab and an input. A line `[inputs]` and the lines up to the next `[programs]`
are inputs that every program behind it is run with. Each case runs in a process of its own: some end the peer.
"""
import json
import multiprocessing
import sys


def answer(case):
    import jq
    program, text = case
    try:
        compiled = jq.compile('(' + program + ')|tojson')
    except Exception:
        return {'refused': True}
    outputs = []
    try:
        for value in compiled.input_text(text):
            outputs.append(value)
            if len(outputs) == 200:
                return None
    except Exception as error:
        return {'outputs': outputs, 'error': str(error)}
    return {'outputs': outputs}


def child(case, pipe):
    pipe.send(answer(case))


def guarded(case):
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=child, args=(case, theirs))
    process.start()
    result = ours.recv() if ours.poll(5) else None
    process.kill()
    process.join()
    return result


def cases(lines):
    inputs, reading = None, False
    for line in lines:
        line = line.rstrip('\n')
        if line == '[inputs]':
            inputs, reading = [], True
        elif line == '[programs]':
            reading = False
        elif not line or line.startswith('#!'):
            continue
        elif reading:
            inputs.append(line)
        elif inputs is not None:
            for text in inputs:
                yield line, text
        else:
            program, _, text = line.partition('\t')
            yield program, text or 'null'


def main():
    print(json.dumps({'peer': 'jq 1.7.1, as in the Python package jq 1.8.0'}))
    seen = set()
    for case in cases(sys.stdin):
        if case in seen:
            continue
        seen.add(case)
        result = guarded(case)
        if result is not None:
            print(json.dumps({'program': case[0], 'input': case[1], **result}, ensure_ascii=False))


if __name__ == '__main__':
    main()
