set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
useful GFLOP/s
1
4
16
64
256
1,024
4,096
16,384
20
50
100
200
500
full, 1 thread
full, 2 threads
sliding-window(1024), 1 thread
sliding-window(1024), 2 threads
chunked-overlap(1024)
attention-sink(4+1024)
chunked-local(8192)
decode-full
decode-window(1024)
peak of float32 on 1 thread: 242 GFLOP/s
peak of float32 on 2 threads: 484 GFLOP/s
memory on 1 thread: 40.4 GB/s
memory on 2 threads: 80.8 GB/s
intensity (FLOP/byte)
Roofline: memory limits 17 of 91 cells, arithmetic the others
One call, causal, float32, d = 64, 1 head. FLOPs: 4·d for each pair that the mask allows; bytes: queries, keys, values
and outputs, once. Medians with 95 % intervals, a point wherever the intensity has grown by a tenth; the ceilings are
measured in the same run. The cells reach 34 % (chunked-overlap(1024), 16K tokens) to 280 % (decode-window(1024),
1K tokens, from a cache) of the attainable speed.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'roofline' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'roofline.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[29].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[30] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[31] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[32] at screen 0.0194, screen 0.8402 left font ',11.5' tc rgb '#595959'
set label $texts[33] at screen 0.0194, screen 0.8090 left font ',11.5' tc rgb '#595959'
set label $texts[28] at screen 0.3350, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [0.3842402:42619.86]
set yrange [13.81338:629.3203]
set xtics ($texts[2] 1, $texts[3] 4, $texts[4] 16, $texts[5] 64, $texts[6] 256, $texts[7] 1024, $texts[8] 4096, $texts[9] 16384)
set ytics ($texts[10] 20, $texts[11] 50, $texts[12] 100, $texts[13] 200, $texts[14] 500)
set lmargin at screen 0.0661
set rmargin at screen 0.6039
set bmargin at screen 0.1167
set tmargin at screen 0.7298
set label $texts[1] at screen 0.0194, screen 0.7652 left font ',11.5' tc rgb '#595959'
set label $texts[15] at screen 0.6400, screen 0.5496 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6001, screen 0.5480 to screen 0.6123, screen 0.5480 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5480 to screen 0.6345, screen 0.5496 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[16] at screen 0.6400, screen 0.6746 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.5680, screen 0.6446 to screen 0.6123, screen 0.6446 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.6446 to screen 0.6345, screen 0.6746 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[17] at screen 0.6400, screen 0.4558 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.3755, screen 0.5257 to screen 0.6123, screen 0.5257 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5257 to screen 0.6345, screen 0.4558 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[18] at screen 0.6400, screen 0.6433 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.3753, screen 0.6371 to screen 0.6123, screen 0.6371 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.6371 to screen 0.6345, screen 0.6433 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[19] at screen 0.6400, screen 0.4097 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.3755, screen 0.4097 to screen 0.6123, screen 0.4097 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.4097 to screen 0.6345, screen 0.4097 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[20] at screen 0.6400, screen 0.4871 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.3756, screen 0.5331 to screen 0.6123, screen 0.5331 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5331 to screen 0.6345, screen 0.4871 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[21] at screen 0.6400, screen 0.5183 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.4397, screen 0.5479 to screen 0.6123, screen 0.5479 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5479 to screen 0.6345, screen 0.5183 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[22] at screen 0.6400, screen 0.1588 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.0866, screen 0.1588 to screen 0.6123, screen 0.1588 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.1588 to screen 0.6345, screen 0.1588 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[23] at screen 0.6400, screen 0.3449 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.0866, screen 0.3449 to screen 0.6123, screen 0.3449 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.3449 to screen 0.6345, screen 0.3449 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[24] at screen 0.6400, screen 0.6121 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.6123, screen 0.5764 to screen 0.6345, screen 0.6121 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[25] at screen 0.6400, screen 0.7371 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.6123, screen 0.6877 to screen 0.6345, screen 0.7371 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[26] at screen 0.6400, screen 0.5808 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.2016, screen 0.5764 to screen 0.6123, screen 0.5764 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5764 to screen 0.6345, screen 0.5808 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[27] at screen 0.6400, screen 0.7058 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.2016, screen 0.6877 to screen 0.6123, screen 0.6877 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.6877 to screen 0.6345, screen 0.7058 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'roofline.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt (14,8) lw 1.75 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt (14,8) lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 6 ps 0.9*mark lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 16 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 17 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 17 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 18 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 18 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 19 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 19 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 20 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 20 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 21 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 21 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000'
unset output
unset label
unset arrow
unset logscale
}
