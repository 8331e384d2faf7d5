;; The passes that a side image is made by (core/images/side-image-passes.ts), two float64 in a register. Each sum is added up and rounded in the order of the TypeScript, so
;; both give the same bits. Written to passes.ts by `npm run wasm`.
(module
  (memory (export "memory") 1)

  ;; Four lines of 16-bit samples, as the float64 of the float32 that each stands for: a value of each line in turn, 64 bytes from one place of the lines to the next, so that two
  ;; calls lay eight lines beside each other. Reads and writes up to three places more.
  (func (export "spread")
    (param $a i32) (param $b i32) (param $c i32) (param $d i32) (param $count i32) (param $rows i32)
    (local $end i32) (local $ab v128) (local $cd v128) (local $top v128) (local $values v128)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 1))))
    (local.set $top (f32x4.splat (f32.const 65535)))
    (loop $more
      ;; a0 b0 a1 b1 a2 b2 a3 b3, and the same of c and d
      (local.set $ab (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
        (v128.load64_zero (local.get $a)) (v128.load64_zero (local.get $b))))
      (local.set $cd (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
        (v128.load64_zero (local.get $c)) (v128.load64_zero (local.get $d))))
      (local.set $values (f32x4.div (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u
        (i8x16.shuffle 0 1 2 3 16 17 18 19 0 1 2 3 16 17 18 19 (local.get $ab) (local.get $cd)))) (local.get $top)))
      (v128.store offset=0 (local.get $rows) (f64x2.promote_low_f32x4 (local.get $values)))
      (v128.store offset=16 (local.get $rows) (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $values) (local.get $values))))
      (local.set $values (f32x4.div (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u
        (i8x16.shuffle 4 5 6 7 20 21 22 23 4 5 6 7 20 21 22 23 (local.get $ab) (local.get $cd)))) (local.get $top)))
      (v128.store offset=64 (local.get $rows) (f64x2.promote_low_f32x4 (local.get $values)))
      (v128.store offset=80 (local.get $rows) (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $values) (local.get $values))))
      (local.set $values (f32x4.div (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u
        (i8x16.shuffle 8 9 10 11 24 25 26 27 8 9 10 11 24 25 26 27 (local.get $ab) (local.get $cd)))) (local.get $top)))
      (v128.store offset=128 (local.get $rows) (f64x2.promote_low_f32x4 (local.get $values)))
      (v128.store offset=144 (local.get $rows) (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $values) (local.get $values))))
      (local.set $values (f32x4.div (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u
        (i8x16.shuffle 12 13 14 15 28 29 30 31 12 13 14 15 28 29 30 31 (local.get $ab) (local.get $cd)))) (local.get $top)))
      (v128.store offset=192 (local.get $rows) (f64x2.promote_low_f32x4 (local.get $values)))
      (v128.store offset=208 (local.get $rows) (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $values) (local.get $values))))
      (local.set $a (i32.add (local.get $a) (i32.const 8)))
      (local.set $b (i32.add (local.get $b) (i32.const 8)))
      (local.set $c (i32.add (local.get $c) (i32.const 8)))
      (local.set $d (i32.add (local.get $d) (i32.const 8)))
      (local.set $rows (i32.add (local.get $rows) (i32.const 256)))
      (br_if $more (i32.lt_u (local.get $a) (local.get $end)))))

  ;; `width` weighted sums of eight rows, to places `apart` bytes from each other in eight lines `stride` bytes apart. `first` and `counts` are int32, `values` float64, `taps` of
  ;; them a sum; `step` bytes lie between two places of the rows.
  (func (export "weigh")
    (param $rows i32) (param $step i32) (param $first i32) (param $counts i32) (param $values i32) (param $taps i32)
    (param $width i32) (param $to i32) (param $apart i32) (param $stride i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $weight v128)
    (local $at i32) (local $value i32) (local $last i32) (local $line i32)
    (loop $next
      (local.set $a (v128.const f64x2 0 0))
      (local.set $b (v128.const f64x2 0 0))
      (local.set $c (v128.const f64x2 0 0))
      (local.set $d (v128.const f64x2 0 0))
      (local.set $at (i32.add (local.get $rows) (i32.mul (i32.load (local.get $first)) (local.get $step))))
      (local.set $value (local.get $values))
      (local.set $last (i32.add (local.get $values) (i32.shl (i32.load (local.get $counts)) (i32.const 3))))
      (block $done
        (loop $tap
          (br_if $done (i32.ge_u (local.get $value) (local.get $last)))
          (local.set $weight (v128.load64_splat (local.get $value)))
          (local.set $a (f64x2.add (local.get $a) (f64x2.mul (local.get $weight) (v128.load (local.get $at)))))
          (local.set $b (f64x2.add (local.get $b) (f64x2.mul (local.get $weight) (v128.load offset=16 (local.get $at)))))
          (local.set $c (f64x2.add (local.get $c) (f64x2.mul (local.get $weight) (v128.load offset=32 (local.get $at)))))
          (local.set $d (f64x2.add (local.get $d) (f64x2.mul (local.get $weight) (v128.load offset=48 (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (local.get $step)))
          (local.set $value (i32.add (local.get $value) (i32.const 8)))
          (br $tap)))
      (local.set $a (f32x4.demote_f64x2_zero (local.get $a)))
      (local.set $b (f32x4.demote_f64x2_zero (local.get $b)))
      (local.set $c (f32x4.demote_f64x2_zero (local.get $c)))
      (local.set $d (f32x4.demote_f64x2_zero (local.get $d)))
      (v128.store32_lane 0 (local.get $to) (local.get $a))
      (local.set $line (i32.add (local.get $to) (local.get $stride)))
      (v128.store32_lane 1 (local.get $line) (local.get $a))
      (local.set $line (i32.add (local.get $line) (local.get $stride)))
      (v128.store32_lane 0 (local.get $line) (local.get $b))
      (local.set $line (i32.add (local.get $line) (local.get $stride)))
      (v128.store32_lane 1 (local.get $line) (local.get $b))
      (local.set $line (i32.add (local.get $line) (local.get $stride)))
      (v128.store32_lane 0 (local.get $line) (local.get $c))
      (local.set $line (i32.add (local.get $line) (local.get $stride)))
      (v128.store32_lane 1 (local.get $line) (local.get $c))
      (local.set $line (i32.add (local.get $line) (local.get $stride)))
      (v128.store32_lane 0 (local.get $line) (local.get $d))
      (local.set $line (i32.add (local.get $line) (local.get $stride)))
      (v128.store32_lane 1 (local.get $line) (local.get $d))
      (local.set $to (i32.add (local.get $to) (local.get $apart)))
      (local.set $first (i32.add (local.get $first) (i32.const 4)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 4)))
      (local.set $values (i32.add (local.get $values) (i32.shl (local.get $taps) (i32.const 3))))
      (br_if $next (local.tee $width (i32.sub (local.get $width) (i32.const 1))))))

  ;; The second pass of a resampling: `height` lines of `stride` bytes, each the weighted sum of some lines from `lines` on, rounded to float32 after each of them. Reads and
  ;; writes up to seven places beyond a line.
  (func (export "sum")
    (param $lines i32) (param $stride i32) (param $first i32) (param $counts i32) (param $values i32) (param $taps i32) (param $height i32) (param $to i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $weight v128)
    (local $from i32) (local $at i32) (local $value i32) (local $last i32) (local $column i32)
    (loop $line
      (local.set $from (i32.add (local.get $lines) (i32.mul (i32.load (local.get $first)) (local.get $stride))))
      (local.set $last (i32.add (local.get $values) (i32.shl (i32.load (local.get $counts)) (i32.const 3))))
      (local.set $column (i32.const 0))
      (loop $more
        (local.set $a (v128.const f64x2 0 0))
        (local.set $b (v128.const f64x2 0 0))
        (local.set $c (v128.const f64x2 0 0))
        (local.set $d (v128.const f64x2 0 0))
        (local.set $at (i32.add (local.get $from) (local.get $column)))
        (local.set $value (local.get $values))
        (block $done
          (loop $tap
            (br_if $done (i32.ge_u (local.get $value) (local.get $last)))
            (local.set $weight (v128.load64_splat (local.get $value)))
            (local.set $a (f64x2.promote_low_f32x4 (f32x4.demote_f64x2_zero (f64x2.add (local.get $a)
              (f64x2.mul (local.get $weight) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at))))))))
            (local.set $b (f64x2.promote_low_f32x4 (f32x4.demote_f64x2_zero (f64x2.add (local.get $b)
              (f64x2.mul (local.get $weight) (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at))))))))
            (local.set $c (f64x2.promote_low_f32x4 (f32x4.demote_f64x2_zero (f64x2.add (local.get $c)
              (f64x2.mul (local.get $weight) (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $at))))))))
            (local.set $d (f64x2.promote_low_f32x4 (f32x4.demote_f64x2_zero (f64x2.add (local.get $d)
              (f64x2.mul (local.get $weight) (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $at))))))))
            (local.set $at (i32.add (local.get $at) (local.get $stride)))
            (local.set $value (i32.add (local.get $value) (i32.const 8)))
            (br $tap)))
        (local.set $at (i32.add (local.get $to) (local.get $column)))
        (v128.store64_lane 0 (local.get $at) (f32x4.demote_f64x2_zero (local.get $a)))
        (v128.store64_lane offset=8 0 (local.get $at) (f32x4.demote_f64x2_zero (local.get $b)))
        (v128.store64_lane offset=16 0 (local.get $at) (f32x4.demote_f64x2_zero (local.get $c)))
        (v128.store64_lane offset=24 0 (local.get $at) (f32x4.demote_f64x2_zero (local.get $d)))
        (br_if $more (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 32))) (local.get $stride))))
      (local.set $to (i32.add (local.get $to) (local.get $stride)))
      (local.set $first (i32.add (local.get $first) (i32.const 4)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 4)))
      (local.set $values (i32.add (local.get $values) (i32.shl (local.get $taps) (i32.const 3))))
      (br_if $line (local.tee $height (i32.sub (local.get $height) (i32.const 1))))))

  ;; `count` float32 times `factor` and `rest` more, kept in [0, 1], in their places; 0 where that is no number. Reads and writes one place more.
  (func (export "blend") (param $at i32) (param $count i32) (param $factor f64) (param $rest f64)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 2))))
    (loop $more
      (v128.store64_lane 0 (local.get $at) (f32x4.demote_f64x2_zero
        (f64x2.pmin (v128.const f64x2 1 1) (f64x2.pmax (v128.const f64x2 0 0) (f64x2.add (f64x2.splat (local.get $rest))
          (f64x2.mul (f64x2.splat (local.get $factor)) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))))))))
      (br_if $more (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end)))))

  ;; `count` float32, `step` bytes from each other, less `mean` and divided by `std`, one behind the other. Reads and writes one place more.
  (func (export "scale") (param $at i32) (param $step i32) (param $count i32) (param $mean f64) (param $std f64) (param $to i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $count) (i32.const 2))))
    (loop $more
      (v128.store64_lane 0 (local.get $to) (f32x4.demote_f64x2_zero (f64x2.div
        (f64x2.sub (f64x2.promote_low_f32x4 (v128.load32_lane 1 (i32.add (local.get $at) (local.get $step)) (v128.load32_zero (local.get $at))))
          (f64x2.splat (local.get $mean)))
        (f64x2.splat (local.get $std)))))
      (local.set $at (i32.add (local.get $at) (i32.shl (local.get $step) (i32.const 1))))
      (br_if $more (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 8))) (local.get $end))))))
